package postgres_test

import (
	"testing"

	"go.uber.org/goleak"

	"ragoffire/store/storetest"
	"ragoffire/store/storetest/pgtest"
)

var pg pgtest.Server

func TestMain(m *testing.M) {
	storetest.Setup()
	goleak.VerifyTestMain(pg.M(m))
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Opened {
		address := pg.Database(t)
		return storetest.Opened{Store: open(t, address), URL: address, Shared: true}
	})
}
