-- A STAND-IN for the extension http, for servers without it: the same names, and curl run by the server makes the call. It is for a
-- private server only, since it needs a superuser. What is secret goes to curl by its standard input.
create schema web;
create type web.http_header as (field varchar, value varchar);
create type web.http_request as (method text, uri varchar, headers web.http_header[], content_type varchar, content varchar);
create type web.http_response as (status integer, content_type varchar, headers web.http_header[], content varchar);
create function web.http_header(field varchar, value varchar) returns web.http_header language sql as 'select $1, $2';
create function web.http_set_curlopt(name varchar, value varchar) returns boolean language sql as 'select true';
create function web.http(request web.http_request) returns web.http_response language plpgsql as $$
declare
  answered text := format('%s/stand-in-http.%s', current_setting('data_directory'), pg_backend_pid());
  lines text[] := array[
    format('request = %s', to_json(request.method)), format('url = %s', to_json(request.uri)),
    format('header = %s', to_json('Content-Type: ' || request.content_type)), format('data = %s', to_json(request.content)),
    'silent', 'output = "/dev/null"', 'write-out = "%{http_code}"'];
begin
  select lines || array_agg(format('header = %s', to_json(h.field || ': ' || h.value))) into lines
  from unnest(request.headers) h;
  execute format(
    'copy (select unnest(%L::text[])) to program %L with (format csv, quote e''\x01'', delimiter e''\x02'')',
    lines, format('curl --config - > %s', answered));
  return row(pg_read_file(answered)::integer, null::varchar, null::web.http_header[], null::varchar);
end $$;

set allow_system_table_mods = on;
insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
values (99999, 'http', 10, 'web'::regnamespace, false, '0');
reset allow_system_table_mods;
