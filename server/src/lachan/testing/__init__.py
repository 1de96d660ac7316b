"""What every room's tests share: a real database, the cast of named people, outside vectors."""
