package engine

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Account says what became of all that a source has sent. It counts members of
// bodies: alerts, changes, remarks, heartbeats, and what asks for nothing, such
// as a ping. A body of which nothing can be read is one member, and so is one
// that is turned away unread. At every moment
//
//	Received = Accepted + Duplicate + Silenced + Quarantined + Refused
//
// What a sender sends again, having been told to, counts again. What is taken in
// is counted in the transaction that takes it in; what is refused, within
// seconds: a process that is killed forgets the last few of those.
type Account struct {
	Source      string `json:"-"`
	Received    int    `json:"received"`
	Accepted    int    `json:"accepted"`    // changed something, or were recorded
	Duplicate   int    `json:"duplicate"`   // changed nothing: repeats, late ones, tests
	Silenced    int    `json:"silenced"`    // changed something that a silence or a maintenance window holds back
	Quarantined int    `json:"quarantined"` // could not be read, and are kept
	Refused     int    `json:"refused"`     // bodies turned away: not trusted, too large, or not to be stored then
	// TakenAt is when something of it was last taken in.
	TakenAt time.Time `json:"taken_at,omitzero"`
}

// Adds adds another account of the same source.
func (a *Account) Adds(b Account) {
	a.Received += b.Received
	a.Accepted += b.Accepted
	a.Duplicate += b.Duplicate
	a.Silenced += b.Silenced
	a.Quarantined += b.Quarantined
	a.Refused += b.Refused
	if b.TakenAt.After(a.TakenAt) {
		a.TakenAt = b.TakenAt
	}
}

// taken is the account of a receipt: of n members and those that ask for nothing.
func taken(source string, n, idle int, r Receipt, now time.Time) Account {
	return Account{
		Source: source, Received: n + idle, Accepted: r.Accepted - r.Silenced, Duplicate: r.Ignored + idle,
		Silenced: r.Silenced, TakenAt: now,
	}
}

// accounts are those of several sources.
type accounts map[string]Account

func (a accounts) add(list ...Account) {
	for _, b := range list {
		sum := a[b.Source]
		sum.Source = b.Source
		sum.Adds(b)
		a[b.Source] = sum
	}
}

// list orders them by source, so that all transactions take their rows alike.
func (a accounts) list() []Account {
	return slices.SortedFunc(maps.Values(a), func(x, y Account) int { return cmp.Compare(x.Source, y.Source) })
}

// books are the accounts of this process, and what of them is not stored yet.
type books struct {
	mu       sync.Mutex
	since    accounts // the process began
	pending  accounts
	troubles map[string]Trouble // that are not stored yet, by id
}

func newBooks() *books {
	return &books{since: make(accounts), pending: make(accounts), troubles: make(map[string]Trouble)}
}

// count runs a transaction that also stores what it took in.
func (e *Engine) count(ctx context.Context, fn func(tx Tx, n accounts) error) error {
	var list []Account
	err := e.store.Update(ctx, func(tx Tx) error {
		n := make(accounts)
		if err := fn(tx, n); err != nil {
			return err
		}
		list = n.list()
		return tx.AddAccounts(ctx, list)
	})
	if err != nil {
		return err
	}
	e.books.mu.Lock()
	defer e.books.mu.Unlock()
	e.books.since.add(list...)
	return nil
}

// Received returns what this process has received since it began, by source.
func (e *Engine) Received() []Account {
	e.books.mu.Lock()
	defer e.books.mu.Unlock()
	return e.books.since.list()
}

// Accounts returns what was ever received, by source: by all processes that
// share the store, and those before them.
func (e *Engine) Accounts(ctx context.Context) (list []Account, err error) {
	err = e.store.View(ctx, func(r Reader) error {
		list, err = r.Accounts(ctx)
		return err
	})
	return list, err
}

// Refusal is a body that was turned away. Where it has a Fix, people are told.
type Refusal struct {
	Source string
	Reason string // no secret set
	Fix    string // set sources.alertmanager.token in the config; never of the sender's making
}

// Refuse counts a body that was turned away, and has it told once a day with its
// fix. It costs its caller nothing: the store gets it within seconds.
func (e *Engine) Refuse(r Refusal) {
	now := e.now()
	a := Account{Source: r.Source, Received: 1, Refused: 1}
	b := e.books
	b.mu.Lock()
	defer b.mu.Unlock()
	b.since.add(a)
	b.pending.add(a)
	if r.Fix == "" {
		return
	}
	t := r.trouble(now)
	known, seen := b.troubles[t.ID]
	if seen {
		t = known.and(t)
	}
	b.troubles[t.ID] = t
}

// settleEvery is how often what was refused is stored.
const settleEvery = 2 * time.Second

// settleWithin bounds the last of these, of a process that ends.
const settleWithin = 3 * time.Second

// keepBooks stores what is refused until ctx ends, and the rest of it then.
func (e *Engine) keepBooks(ctx context.Context) {
	tick := time.NewTicker(settleEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			e.settleBooks(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
			defer cancel()
			e.settleBooks(last)
			return
		}
	}
}

// take hands over what is pending; nothing adds to it any more.
func (b *books) take() (pending accounts, troubles map[string]Trouble) {
	b.mu.Lock()
	defer b.mu.Unlock()
	pending, troubles = b.pending, b.troubles
	b.pending, b.troubles = make(accounts), make(map[string]Trouble)
	return pending, troubles
}

// settleBooks stores what is pending. What cannot be stored now is the next
// time: it is a number for each source and a line for each fix, however long the
// store is away.
func (e *Engine) settleBooks(ctx context.Context) {
	b := e.books
	pending, troubles := b.take()
	if len(pending) == 0 {
		return
	}
	err := e.store.Update(ctx, func(tx Tx) error {
		if err := e.tellTroubles(ctx, tx, slices.Collect(maps.Values(troubles))); err != nil {
			return err
		}
		return tx.AddAccounts(ctx, pending.list())
	})
	if err == nil {
		return
	}
	if KindOf(err) != Unavailable && ctx.Err() == nil {
		e.log.WarnContext(ctx, "refused deliveries are not counted yet", "error", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending.add(pending.list()...)
	for id, t := range troubles {
		if later, seen := b.troubles[id]; seen {
			t = t.and(later)
		}
		b.troubles[id] = t
	}
}
