package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"
)

// A sender that gives times is understood by them, however often and in whatever
// order it sends: an episode is its start. One that gives none is understood by
// its deliveries, since now is another time with each of them.
const (
	// idKept is how long a delivery is known by its sender's id for it: beyond the
	// last retry of any.
	idKept = 48 * time.Hour
	// bodyKept is how long one without an id is known by its bytes. They are the
	// same where the trouble comes back, too, so this is only as long as retries
	// of one delivery take.
	bodyKept = 10 * time.Minute
	// knownKept bounds what a series remembers.
	knownKept = 16
)

// Known is a delivery that a series has been told by.
type Known struct {
	Key string    `json:"key"`
	At  time.Time `json:"at"` // when it first came; where it changed something, when it last did
}

// byID begins the key of a delivery that its sender has named.
const byID = "id:"

// name gives what an alert without a time of its own is known by: the sender's id,
// else the bytes, and its place among them. A body may tell a series twice.
func (d *Delivery) name(n int, digest *string) string {
	a := &d.Alerts[n]
	if a.Status == AlertResolved && a.EndedAt != nil || a.Status != AlertResolved && !a.StartedAt.IsZero() {
		return ""
	}
	place := "\x00" + strconv.Itoa(n) + "\x00" + string(a.Status)
	switch {
	case n < len(d.IDs) && d.IDs[n] != "":
		return byID + hashed([]byte(d.IDs[n]+"\x00"+string(a.Status)))
	case d.ID != "":
		return byID + hashed([]byte(d.ID+place))
	case len(d.Body) == 0:
		return ""
	case *digest == "":
		*digest = hashed(d.Body)
	}
	return hashed([]byte(*digest + place))
}

func hashed(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// knows reports whether a series has been told by a delivery already.
func (a *Alert) knows(key string, now time.Time) bool {
	within := bodyKept
	if len(key) > len(byID) && key[:len(byID)] == byID {
		within = idKept
	}
	return key != "" && slices.ContainsFunc(a.Known, func(k Known) bool { return k.Key == key && now.Sub(k.At) < within })
}

// remember keeps a delivery among those that a series has been told by. One that
// is among them keeps its time, unless it changes something: what is sent each
// minute while the trouble lasts must not pass for a retry when it comes back.
func (a *Alert) remember(key string, now time.Time, what change) {
	if key == "" || what == changeIgnore {
		return
	}
	known := slices.DeleteFunc(slices.Clone(a.Known), func(k Known) bool {
		return now.Sub(k.At) >= idKept || k.Key == key && what != changeNone && what != changeUpdate
	})
	if !slices.ContainsFunc(known, func(k Known) bool { return k.Key == key }) {
		known = append(known, Known{key, now})
	}
	a.Known = known[max(0, len(known)-knownKept):]
}
