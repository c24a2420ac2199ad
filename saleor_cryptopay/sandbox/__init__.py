"""The gateway's contract as a runnable server, with a console to play the customer.

It stands alone: it shares the core with the plugin and nothing else, so that what the
plugin is tested against was not written with the plugin's own reading of the contract.
All of it is in memory, and none of it is money.
"""
