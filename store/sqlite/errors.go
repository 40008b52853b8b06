package sqlite

import (
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"ragoffire/engine"
)

// code returns SQLite's primary result code, 0 where err is none of its errors.
func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// translate gives an error of the database the kind that callers act on.
func translate(err error) error {
	text := ""
	switch code(err) {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		text = "the store is busy; try again"
	case lib.SQLITE_FULL:
		text = "the disk is full; nothing was stored"
	case lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN, lib.SQLITE_READONLY, lib.SQLITE_NOMEM:
		text = "the store cannot be written or read; nothing was stored"
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		text = "the store's file is damaged: stop rof, and restore a backup"
	default:
		if errors.Is(err, sql.ErrConnDone) {
			text = "the store is closed"
			break
		}
		return err
	}
	return &engine.Error{Kind: engine.Unavailable, Text: text, Err: err}
}

// openError says in one line why a file could not be opened.
func openError(path string, err error) error {
	switch code(err) {
	case lib.SQLITE_NOTADB:
		return fmt.Errorf("%s is not a SQLite database; it was left as it is", path)
	case lib.SQLITE_CORRUPT:
		return fmt.Errorf("%s is damaged; it was left as it is: restore a backup, or try sqlite3's .recover", path)
	case lib.SQLITE_CANTOPEN, lib.SQLITE_READONLY, lib.SQLITE_PERM:
		return fmt.Errorf("%s, or its folder, cannot be written: %w", path, err)
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fmt.Errorf("%s is locked by another process", path)
	case lib.SQLITE_FULL, lib.SQLITE_IOERR:
		return fmt.Errorf("%s cannot be read or written; is its disk full? %w", path, err)
	}
	return fmt.Errorf("%s: %w", path, err)
}
