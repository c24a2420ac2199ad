"""Against real Saleors over HTTP: server, worker, beat and sandbox are processes."""
