"""How an answer ends: its status, its type, its terminal event, its errors."""
