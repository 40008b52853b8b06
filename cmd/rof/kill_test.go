//go:build failpoints

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// kill is one death of the schedule: at a point, at which pass of it.
type kill struct {
	point string
	nth   int
}

func (k kill) String() string { return fmt.Sprintf("%s:%d", k.point, k.nth) }

// schedule draws the order of the points and at which pass each kills. The seeds
// of every run of the tests try the points that matter most and a few of the rest;
// those above them, which the nights try, all.
func (c *chain) schedule() []kill {
	var list []kill
	for _, n := range c.rng.Perm(len(killPoints)) {
		p := killPoints[n]
		k := kill{p.name, 1 + c.rng.IntN(p.most)}
		if drawn := c.rng.IntN(10) == 0; !p.always && !drawn && c.seed <= killSeeds {
			continue
		}
		if p.name == afterUncertain {
			list = append(list, kill{"post.stored", 1}) // leaves what is settled next
		}
		list = append(list, k)
	}
	return list
}

// seedsToTry are those that ROF_SEEDS names, such as 7 or 1-1000, else the first few.
func seedsToTry(t *testing.T, few int) []uint64 {
	t.Helper()
	first, last, ok := strings.Cut(os.Getenv("ROF_SEEDS"), "-")
	if first == "" {
		first, last = "1", strconv.Itoa(few)
	} else if !ok {
		last = first
	}
	from, err := strconv.ParseUint(first, 10, 32)
	to, err2 := strconv.ParseUint(last, 10, 32)
	if err != nil || err2 != nil || to < from {
		t.Fatalf("ROF_SEEDS must be a number or two such as 1-20, not %q", os.Getenv("ROF_SEEDS"))
	}
	var list []uint64
	for n := from; n <= to; n++ {
		list = append(list, n)
	}
	return list
}

// atOnce bounds the chains whose processes are under way; those that wait for
// what a dead replica left are not.
const atOnce = 3

// The process is killed at every point of the way of an alert, started again and
// killed at the next one, while senders, people and Slack go on. In the end
// nothing that was answered is missing, and nothing is there twice.
func TestKill9AnywhereLosesNothingAndDoesNothingTwice(t *testing.T) {
	busy := make(chan struct{}, atOnce)
	onEachKind(t, func(t *testing.T, db func(t *testing.T) string) {
		for _, seed := range seedsToTry(t, killSeeds) {
			t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
				t.Parallel()
				busy <- struct{}{}
				c := newChain(t, seed, chainConfig{db: db(t)})
				began := time.Now()
				for _, k := range c.schedule() {
					c.die(k, busy)
				}
				killed := time.Since(began)
				c.start("")
				<-busy
				c.settle()
				t.Logf("seed %d: %d kills in %s, %d alerts; all was done %s after the last start", seed, c.kills, killed.Round(time.Millisecond), len(c.stories), time.Since(c.started).Round(time.Millisecond))
				c.check(0)
			})
		}
	})
}

// killSeeds are tried where ROF_SEEDS names none.
const killSeeds = 20

// onEachKind is onEachStore for tests that need a store for each of many runs.
func onEachKind(t *testing.T, f func(t *testing.T, db func(*testing.T) string)) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		f(t, func(t *testing.T) string { return sqliteDB(t) })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		f(t, func(t *testing.T) string { return "DATABASE_URL=" + pg.Database(t) })
	})
}
