// Package engine is RAG of Fire's domain: what an alert, an incident and a
// decision are, and what may be done with them. It knows no vendor; store, bot,
// webhook and seeds import it and never each other, and cmd/rof wires them.
//
// The way of an alert:
//
//	POST /webhooks/{source}         webhook/source parses the body into Alerts
//	  └ Engine.Ingest               ingest.go, commit.go: committed in groups
//	      └ intake                  series.go, join.go: what an observation does
//	                                to its series, and which incident a new one
//	                                stands in; effect.go: what that does to it
//	      one transaction: alerts, incident, timeline, events, wanted posts, jobs
//
//	job "announce"                  bot brings the channel to what is wanted: the
//	                                plain alert is out before anything is decided
//
//	job "decide"                    decide.go: asks the question of the incident
//	  └ Engine.answer               answer.go, rank.go, propose.go, explain.go
//	      one transaction: decision, event, wanted posts, job "announce"
//
//	a click, a command, a request   Engine.Review, Acknowledge, Resolve …
//	      one transaction: the change, who made it, event, wanted posts, job
//
//	the resolved incident           history.go follows the events, here or on any
//	                                replica, and adds what fixed it to the index
//
// Propose, record, then act: nothing goes out that is not first in the store. A
// Post has a wanted and a sent revision and is rendered when it is sent, so the
// newest state wins and a crash repeats harmlessly. Jobs are level-triggered.
//
// Pure files hold the rules: series.go, join.go, question.go, symptom.go,
// severity.go, route.go, and engine/retrieval and engine/confidence below. The
// use cases around them are thin: read, decide, write.
//
// Store (store.go) is the one large seam: a unit of work whose methods state
// their contract; store/storetest checks both backends. Proposer (propose.go) is
// the seam for a model: it words a recommendation, never a confidence.
//
// Errors that people may read are *Error, with a Kind each front end maps once.
package engine
