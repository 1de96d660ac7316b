"""Hot writes: many small requests, few transactions (group commit), each answered after its commit."""
