"""The adapters of gateways: their HTTP, their signatures, their documents."""
