"""The cast of named people. Filled as rooms are furnished."""
