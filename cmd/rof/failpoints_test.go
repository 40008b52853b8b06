//go:build failpoints

package main

import (
	"slices"
	"testing"
)

// killPoints are where the matrix kills, and up to which pass.
var killPoints = []killPoint{
	{"ingest.commit.before", 2, true},
	{"ingest.committed", 2, true},
	{"answer.before", 2, false},
	{"decide.fetched", 2, true},
	{"decide.commit.before", 2, true},
	{"decide.committed", 2, true},
	{"post.before", 4, true},
	{"post.stored", 4, true},
	{"post.saved", 8, false},
	{"reply.before", 3, false},
	{"reply.stored", 3, true},
	{"edit.before", 4, false},
	{"edit.stored", 4, true},
	{"envelope.commit.before", 4, false},
	{"envelope.stored", 4, true},
	{"envelope.acked", 4, true},
	{"inbound.fetched", 4, false},
	{"inbound.acted", 4, false},
	{"review.commit.before", 1, true},
	{"review.committed", 1, true},
	{"change.commit.before", 3, false},
	{"change.committed", 3, false},
	{"resolve.commit.before", 1, false},
	{"resolve.committed", 1, true},
	{"page.before", 1, false},
	{"page.called", 1, false},
	{"follow.before", 6, false},
	{"follow.learnt", 6, false},
	{"run.ended", 8, false},
	{"run.finished", 8, false},
	{afterUncertain, 1, false},
}

// webhookPoints are on the way of an incoming webhook, where there is no bot.
var webhookPoints = []string{"incoming.before", "incoming.stored"}

// afterUncertain is passed only where an attempt was left without an outcome.
const afterUncertain = "settle.found"

type killPoint struct {
	name   string
	most   int
	always bool // tried with every seed
}

func TestEveryFailpointIsTried(t *testing.T) {
	tried := slices.Clone(webhookPoints)
	for _, p := range killPoints {
		tried = append(tried, p.name)
	}
	slices.Sort(tried)
	if there := points(t); !slices.Equal(tried, there) {
		t.Errorf("tried are\n%q, and there are\n%q", tried, there)
	}
	names, armable := linked(t)
	if !slices.Equal(names, tried) || !armable {
		t.Errorf("a build with the tag failpoints holds %q; it reads the setting: %v", names, armable)
	}
}
