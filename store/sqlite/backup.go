package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	lib "modernc.org/sqlite/lib"

	"ragoffire/engine"
)

// Backup writes a copy of the store at path, which may be in use, to a new file:
// all of it or none. The store is read and not brought up to date, so that a
// newer binary can copy it before it changes it.
func Backup(ctx context.Context, path, to string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return engine.NotFoundf("%s: there is no store there", path)
	}
	if _, err := os.Lstat(to); err == nil {
		return engine.Conflictf("%s exists; a backup does not overwrite", to)
	}
	// Beside its place, for its owner only, and empty, as VACUUM INTO takes it.
	f, err := os.CreateTemp(filepath.Dir(to), "."+filepath.Base(to)+".*")
	if err != nil {
		return fmt.Errorf("%s: %w", to, errors.Unwrap(err))
	}
	defer os.Remove(f.Name())
	defer os.Remove(f.Name() + "-journal") // left where its disk is full
	defer f.Close()
	if err := copyInto(ctx, path, f.Name()); err != nil {
		if code(err) == lib.SQLITE_FULL { // the store is only read
			return fmt.Errorf("%s: its disk is full; nothing was copied", to)
		}
		return openError(path, err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("%s: %w", to, err)
	}
	return os.Rename(f.Name(), to)
}

func copyInto(ctx context.Context, path, to string) error {
	db, err := open(path, 1, busy)
	if err != nil {
		return err
	}
	defer db.Close()
	if blank, err := recognize(ctx, db); err != nil || blank {
		return cmp.Or(err, errors.New("it is empty"))
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", to)
	return err
}
