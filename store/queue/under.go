package queue

import (
	"maps"
	"slices"
	"sync"
)

// under are the runs under way here, by their rows. A row may say that it runs
// here and not be among them: River got it and was not told so, because the
// connection broke before the answer; or its end could not be stored.
type under struct {
	mu   sync.Mutex
	runs map[int64]struct{}
}

// add says that a run is under way, until done is called.
func (u *under) add(id int64) (done func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.runs == nil {
		u.runs = map[int64]struct{}{}
	}
	u.runs[id] = struct{}{}
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		delete(u.runs, id)
	}
}

func (u *under) list() []int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.AppendSeq([]int64{}, maps.Keys(u.runs))
}
