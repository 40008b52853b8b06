package postgres

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
)

// A migration that the version does not count is never made on a store that is
// there already.
func TestTheVersionIsThatOfTheLastMigration(t *testing.T) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for n, file := range files {
		if want := fmt.Sprintf("migrations/%05d_", n+1); !strings.HasPrefix(file, want) {
			t.Errorf("migration %d is %s", n+1, file)
		}
	}
	if len(files) != schemaVersion {
		t.Errorf("there are %d migrations, and the version is %d", len(files), schemaVersion)
	}
}
