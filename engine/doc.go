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
//	what came of all that was sent  account.go: counted in that transaction, refusals
//	                                within seconds; trouble.go: who does not get through
//
//	job "announce"                  bot brings the channel to what is wanted: the
//	                                plain alert is out before anything is decided
//
//	job "decide"                    decide.go: asks the question of the incident,
//	  │                             again where it has outgrown the answer;
//	  │                             rush.go: alerts first;
//	  │                             inquire.go: what is known around it; storm.go,
//	  │                             weather.go: what else fires
//	  └ adviser.answer              answer.go: retrieve; rank.go: is it the same
//	      │                         problem; witness.go, lesson.go: what speaks for
//	      │                         and against its fix; propose.go, fix.go,
//	      │                         capacity.go, cite.go, explain.go: the answer
//	      one transaction: decision, event, wanted posts, job "announce"
//
//	job "word"                      reword.go: where a model is set, it explains the
//	                                decision from its evidence (brief.go); what holds
//	                                (hold.go, engine/ground) is edited in
//
//	people mend it                  unite.go, split.go, relate.go: Merge, Split, Link;
//	  │                             story.go holds what they did; flap.go, clear.go:
//	  │                             what comes and goes, and what is left to close
//	  └ and tell it                 quote.go, tale.go, prefill.go, postmortem.go,
//	                                handoff.go; room.go: its own channel
//
//	a click, a command, a request   Engine.Review, ReportOutcome, Resolve …
//	  └ and what looks after it     declare.go, assign.go, grade.go (its severity),
//	                                update.go, reopen.go; remind.go: who has it
//	      one transaction: the change, who made it, event, wanted posts, job
//	      (publish.go)
//
//	job "enrich"                    enrich.go, measure.go: the monitoring's own numbers
//	                                of a new incident, after the plain alert
//
//	job "heartbeat"                 heartbeat.go, beat.go: signs of life that stop and
//	                                return come in as alerts of their own
//
//	job "ask"                       ask.go: what came of approved advice; on "no"
//	                                job "decide" offers the next candidate
//
//	job "escalate"                  escalate.go: what nobody takes is said again, and
//	                                then by other paths; engine/page has them
//	a silence, a window             silence.go, unmute.go: held back, and told when
//	                                it ends; quiet.go, digest.go: told together
//
//	what people said                history.go follows the events, here or on any
//	                                replica: what fixed an incident goes into the
//	                                index (library.go), verdicts and outcomes into
//	                                the calibration and the lessons (ledger.go)
//
//	the figures                     stats.go, lately.go, weeks.go, reliability.go; noise.go: what
//	                                each alert rule brought, and how often for nothing
//
//	a start                         keep.go: a long history is taken over from where it
//	                                was kept (kept.go), and the events since
//
//	rof backtest                    backtest.go: advisers of the past, each of what
//	                                was known then, and how their answers fell
//	rof import, POST /import        engine/history reads files into rows (row.go);
//	  └ Engine.Import               import.go, merge.go: what is new or changed is
//	                                written, a few hundred rows a transaction
//
//	rof import slack:CHANNEL        bot/threads.go reads what people said, engine/history
//	  └ Engine.KeepDrafts           what they fixed; draft.go: no evidence until a
//	                                person accepts it
//
// Propose, record, then act: nothing goes out that is not first in the store. A
// Post has a wanted and a sent revision and is rendered when it is sent, so the
// newest state wins and a crash repeats harmlessly. Jobs are level-triggered.
//
// Who is signed in is known to every replica (session.go); feed.go hands events to
// thousands at once.
//
// Pure files hold the rules: series.go, join.go, question.go, symptom.go,
// severity.go, route.go, quiet.go, silence.go, action.go, witness.go, lesson.go,
// capacity.go, and engine/retrieval and engine/confidence below. The use cases
// around them are thin: read, decide, write.
//
// Store (store.go) is the one large seam: a unit of work whose methods state
// their contract; store/storetest checks both backends.
//
// fail.Point marks where a build for tests kills itself between two steps
// (engine/fail); elsewhere it is nothing.
//
// Errors that people may read are *Error, with a Kind each front end maps once.
package engine
