"""Two builds of one application, as they run side by side while it is rolled out."""
