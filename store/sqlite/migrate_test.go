package sqlite

import (
	"testing"

	"ragoffire/store/storetest/schematest"
)

func TestTheVersionIsThatOfTheLastMigration(t *testing.T) {
	schematest.Numbered(t, migrations, schemaVersion)
}
