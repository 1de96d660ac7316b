"""The OpenAPI document of every JSON endpoint, and the page where a person reads it."""
