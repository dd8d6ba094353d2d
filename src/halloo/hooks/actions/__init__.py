"""What happens to hooks and to what they are told."""
