-- Fails the statement that calls it, and with it the transaction: for a reservation that is sent together with the COMMIT. The
-- class of the state is one that neither PostgreSQL nor the SQL standard uses.
CREATE FUNCTION refuse_quota() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A limit would be exceeded, or there is no counter yet.' USING ERRCODE = 'DQ001';
END $$;
