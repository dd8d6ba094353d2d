"""The database: engine, transaction, group commit, migrations. It knows no domain words."""
