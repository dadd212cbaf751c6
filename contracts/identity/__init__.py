"""Who the target says it is: User-Agent, Accept, cookies, and what an edge makes of them."""
