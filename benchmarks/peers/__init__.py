"""The peers of our event path: what others would use in its place, each as its own documentation says."""
