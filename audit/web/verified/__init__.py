"""The log as the pages may show it: verified in the background, with who vouches for it."""
