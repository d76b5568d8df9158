"""The life of a few jobs between a store that may forget, and workers and clients that may not hear its replies."""
