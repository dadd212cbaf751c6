"""The pytest side: options, items, verdict records, summary, Allure. Wiring, no judgement."""
