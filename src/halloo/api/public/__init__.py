"""What a visitor's browser may call: `/core/public/web-widgets/{id}…` (`contracts/embedding.md` 8)."""
