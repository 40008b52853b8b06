package engine

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"ragoffire/engine/fail"
)

// maxLabels bounds an alert's labels; more are a mistake, not information.
const maxLabels = 64

// partSize bounds the alerts of one delivery that share a transaction: it holds
// locks for each, and a database has only so many. A delivery that fails midway
// is sent again, and the parts that are stored change nothing then.
const partSize = 500

// Ingest takes a delivery in: each alert is applied to its series and each new
// series stands in an incident. When Ingest returns nil, all of it is durable,
// with its events, the posts it wants and the jobs that bring them about.
// A delivery that comes twice changes nothing the second time.
func (e *Engine) Ingest(ctx context.Context, d Delivery) (Receipt, error) {
	now := e.now()
	fresh := 0
	if len(d.Changes) > 0 {
		for i := range d.Changes {
			d.Changes[i].Source = d.Source
		}
		var err error
		if fresh, err = e.RecordChanges(ctx, d.Changes); err != nil {
			return Receipt{}, err
		}
	}
	digest := ""
	for i := range d.Alerts {
		e.prepare(&d.Alerts[i], &d, now)
		d.Alerts[i].key = d.name(i, &digest)
	}
	all, beats, err := e.hear(ctx, &d)
	if err != nil {
		return Receipt{}, err
	}
	all.Accepted, all.Ignored = all.Accepted+fresh, all.Ignored+len(d.Changes)-fresh
	for part := range parts(d.Alerts, d.Idle) {
		r, err := e.committer.do(ctx, Delivery{Source: d.Source, Alerts: part, Truncated: d.Truncated, Idle: d.Idle, own: d.own})
		if err != nil {
			return Receipt{}, err
		}
		fail.Point("ingest.committed")
		d.Idle = 0 // counted
		all.Accepted += r.Accepted
		all.Silenced += r.Silenced
		all.Ignored += r.Ignored
		all.Alerts = append(all.Alerts, r.Alerts...)
	}
	for n := range len(all.Alerts) + len(beats) { // in the order in which they came
		if r, ok := beats[n]; ok {
			all.Alerts = slices.Insert(all.Alerts, n, r)
		}
	}
	if len(d.Remarks) > 0 {
		added, err := e.remark(ctx, d.Source, d.Remarks)
		if err != nil {
			return Receipt{}, err
		}
		all.Accepted += added
		all.Ignored += len(d.Remarks) - added
	}
	return all, nil
}

// parts are the alerts of each transaction, none where something is only counted.
func parts(alerts []Alert, idle int) iter.Seq[[]Alert] {
	if len(alerts) == 0 && idle > 0 {
		return func(yield func([]Alert) bool) { yield(nil) }
	}
	return slices.Chunk(alerts, partSize)
}

// prepare fills in what a parser leaves to us.
func (e *Engine) prepare(a *Alert, d *Delivery, now time.Time) {
	a.clean()
	a.Source = d.Source
	// A stream says itself when it got an alert, the same when it comes again.
	if a.ReceivedAt.IsZero() || a.ReceivedAt.After(now) {
		a.ReceivedAt = now
	}
	if a.Status == "" {
		a.Status = Firing
	}
	if a.Severity == "" {
		a.Severity = ParseSeverity(a.SeverityRaw)
	}
	if a.Fingerprint == "" {
		a.Fingerprint = HashFingerprint(cmp.Or(a.ErrorType, a.topic()), a.Service, a.Labels)
		a.ExpiresAt = now.Add(cmp.Or(d.Expire, e.cfg.Expire))
	} else if d.Expire > 0 {
		a.ExpiresAt = now.Add(d.Expire)
	}
	// The type is set after the fingerprint: a rule in the config must not
	// change which series an alert belongs to.
	if a.ErrorType == "" {
		a.ErrorType = e.typeOf(a)
	}
}

// topic tells series without a fingerprint and without an error type apart: the
// rule's name, else the text without its numbers, which change with each delivery.
func (a *Alert) topic() string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, cmp.Or(a.Name, a.Title, a.Description))
}

// clean makes every text of the alert one that can be stored and shown.
func (a *Alert) clean() {
	for _, s := range []*string{
		&a.ExternalID, &a.Fingerprint, &a.SeverityRaw, &a.Name, &a.Title, &a.Description, &a.ErrorType,
		&a.Service, &a.Component, &a.Environment, &a.Comparator, &a.Unit, &a.GroupKey, &a.Reason,
	} {
		*s = Clean(*s)
	}
	a.Title = strings.Join(strings.Fields(a.Title), " ")
	for i := range a.Links {
		a.Links[i].URL = Clean(a.Links[i].URL)
	}
	if areClean(a.Labels) {
		return
	}
	labels := make(map[string]string, min(len(a.Labels), maxLabels))
	for k, v := range a.Labels {
		if len(labels) == maxLabels {
			break
		}
		labels[Clean(k)] = Clean(v)
	}
	a.Labels = labels
}

// areClean reports whether labels are as they should be.
func areClean(labels map[string]string) bool {
	for k, v := range labels {
		if Clean(k) != k || Clean(v) != v {
			return false
		}
	}
	return len(labels) > 0 && len(labels) <= maxLabels
}

// commitGroup is the transaction of a group of deliveries.
func (e *Engine) commitGroup(ctx context.Context, group []*request) error {
	return e.count(ctx, func(tx Tx, n accounts) error { return e.takeIn(ctx, tx, group, n) })
}

// takeIn applies a group of deliveries, and counts what became of each.
func (e *Engine) takeIn(ctx context.Context, tx Tx, group []*request, n accounts) error {
	in := &intake{engine: e, now: e.now(), tx: tx}
	for _, r := range group {
		in.alerts = append(in.alerts, r.delivery.Alerts...)
	}
	if err := in.load(ctx); err != nil {
		return err
	}
	for _, r := range group {
		r.receipt = in.apply(r.delivery)
		if d := &r.delivery; !d.own {
			n.add(taken(d.Source, len(d.Alerts), d.Idle, r.receipt, in.now))
		}
	}
	if err := in.write(ctx); err != nil {
		return err
	}
	for _, r := range group {
		in.name(&r.receipt)
	}
	fail.Point("ingest.commit.before")
	return nil
}
