-- A STAND-IN for Supabase Vault, which no distribution packages: secrets lie encrypted in a table, and a view decrypts them.
create extension if not exists pgcrypto;
create schema vault;
create table vault.secrets (name text primary key, secret bytea not null);
create function vault.create_secret(new_secret text, new_name text) returns void language sql as
  $$insert into vault.secrets values (new_name, pgp_sym_encrypt(new_secret, 'the key of the stand-in'))$$;
create view vault.decrypted_secrets as
  select name, pgp_sym_decrypt(secret, 'the key of the stand-in') as decrypted_secret from vault.secrets;
