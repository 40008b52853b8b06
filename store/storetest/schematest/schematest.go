// Package schematest looks at the migrations of a store from its inside.
package schematest

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
)

// Numbered fails unless a store's migrations are numbered without a gap up to
// its version: one that the version does not count is never made on a store
// that is there already.
func Numbered(t *testing.T, migrations fs.FS, version int) {
	t.Helper()
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for n, file := range files {
		if want := fmt.Sprintf("migrations/%05d_", n+1); !strings.HasPrefix(file, want) {
			t.Errorf("migration %d is %s", n+1, file)
		}
	}
	if len(files) != version {
		t.Errorf("there are %d migrations, and the version is %d", len(files), version)
	}
}
