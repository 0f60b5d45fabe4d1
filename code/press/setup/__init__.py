"""The set-up: the environment in ``.venv``, its locked versions, and a browser."""
