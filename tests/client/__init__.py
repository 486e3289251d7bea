"""The client: its core, its link, its library, and the programs made of them."""
