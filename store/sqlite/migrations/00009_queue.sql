-- +goose Up

-- What changes is River's table, which River itself makes, after this: see trim.
SELECT 1;
