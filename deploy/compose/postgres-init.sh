#!/bin/sh
# Runs once, when the database is made: one login that owns the tables, one that may only read and write rows.
set -eu
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" \
    -v owner_password="$HALLOO_OWNER_PASSWORD" -v password="$HALLOO_DATABASE_PASSWORD" <<'SQL'
CREATE ROLE halloo_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE halloo LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE halloo OWNER halloo_owner ENCODING 'UTF8' TEMPLATE template0;
SQL
