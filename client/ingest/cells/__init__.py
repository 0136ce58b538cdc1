"""How a text is written: records, numbers, times, intervals and whole columns, before anything is made of them."""
