"""What a visitor's browser may call: `/core/public/web-widgets/{id}…` (embedding contract 8)."""
