"""Files become documents, sections, sentences and a ledger."""
