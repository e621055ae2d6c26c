-- The CRM's database in small, for `make demo`: crm.db has the same rows.
CREATE TABLE "public.customers" (
  customer_id TEXT, first_name TEXT, last_name TEXT, email TEXT, birth_date DATE, loyalty_points INTEGER,
  updated_at TIMESTAMP
);
INSERT INTO "public.customers" VALUES
  ('C-1', ' Ada ', 'Lovelace', 'Ada@Example.com', '1815-12-10', 120, '2027-01-03 09:15:00'),
  ('C-2', 'Grace', 'Hopper ', 'grace@example.com', '1906-12-09', 85, '2027-01-03 17:40:00'),
  ('C-3', 'Edsger', 'Dijkstra', NULL, '1930-05-11', 40, '2027-01-04 05:59:59'),
  ('C-4', 'Barbara', 'Liskov', 'BARBARA@example.com', '1939-11-07', 310, '2027-01-04 06:20:00'),
  ('C-5', 'Katherine', 'Johnson', 'katherine@example.com', '1918-08-26', NULL, '2027-01-04 06:45:00');
CREATE TABLE "archive.addresses" (
  customer_id TEXT, street TEXT, city TEXT, postal_code TEXT, country_code TEXT
);
INSERT INTO "archive.addresses" VALUES
  ('C-1', '12 St James''s Square', 'London', 'SW1Y 4JH', 'gb'),
  ('C-3', 'Plataanstraat 5', 'Nuenen', '5671 AL', 'nl');
