"""Recurrent networks on crossbars that listen to words and read text."""
