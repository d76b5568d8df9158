"""`aiohttp-huey new`: writes a definition, its handler and a test into the user's package, and overwrites nothing."""
