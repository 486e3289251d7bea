"""Chats as others write them, to compare with."""
