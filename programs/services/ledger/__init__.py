"""The drug ledger: what came in, what was drawn for whom, what was counted, and what there is."""
