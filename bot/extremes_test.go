package bot

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// ourGroup is the only one that a message may mention: it comes from the config.
const ourGroup = "S0SRE"

// extremes makes values of any type: texts from a set, lists of none, one, a few
// or a hundred, pointers that may be nil, times and numbers at the edge.
type extremes struct {
	rng   *rand.Rand
	texts []string
	enums map[string][]string
}

// call calls a renderer with values of its own making.
func (x *extremes) call(t *testing.T, what string, f reflect.Value) (made any) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("%s panics: %v\n%s", what, p, debug.Stack())
			made = (&message{text: "x"}).fit()
		}
	}()
	args := make([]reflect.Value, f.Type().NumIn())
	for n := range args {
		in := f.Type().In(n)
		args[n] = reflect.New(in).Elem()
		switch {
		case in == reflect.TypeFor[*renderer]():
			args[n].Set(reflect.ValueOf(testRenderer()))
		case in.Kind() == reflect.Pointer:
			args[n].Set(reflect.New(in.Elem())) // what a renderer is given is there
			x.fill(args[n].Elem(), "", 0)
		default:
			x.fill(args[n], "", 0)
		}
	}
	if f.Type().IsVariadic() {
		return f.CallSlice(args)[0].Interface()
	}
	return f.Call(args)[0].Interface()
}

// ours are the fields that nobody outside can write, with what stands there.
func ours(owner reflect.Type, field string) string {
	switch owner.Name() + "." + field {
	case "Incident.ID", "anchor.ID", "Decision.IncidentID":
		return "INC-2026-0042"
	case "Decision.ID", "Decision.SupersededBy", "Decision.Follows":
		return "dec_01JC0000000000000000000000"
	case "Silence.ID", "Silence.IncidentID", "Silence.Outside", "ThreadDraft.ID":
		return "sil_01JC0000000000000000000000"
	case "Incident.Mention":
		return ourGroup
	case "Incident.Channel", "anchor.Channel":
		return "C0INCIDENT"
	case "anchor.Thread":
		return "1795402870.000100"
	}
	return ""
}

func (x *extremes) fill(v reflect.Value, ours string, depth int) {
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(pick(x, time.Time{}, night, night.Add(90*time.Second), night.Add(25*time.Hour), night.AddDate(-3, 0, 0))))
		return
	case reflect.TypeFor[error]():
		if text := x.text(); text != "" {
			v.Set(reflect.ValueOf(engine.Invalidf("x", "%s", text)))
		}
		return
	case reflect.TypeFor[slack.BlockElement]():
		v.Set(reflect.ValueOf(button(actionAck, "INC-2026-0042", x.text())))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(x.word(v.Type(), ours))
	case reflect.Bool:
		v.SetBool(x.rng.IntN(2) == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(pick(x, int64(0), 1, 2, 100, 1<<40))
	case reflect.Float64:
		v.SetFloat(pick(x, 0, -1, 0.5, 0.95, 1, 450, 12345678.9, 1e300))
	case reflect.Pointer:
		if x.rng.IntN(4) > 0 && depth < 4 {
			v.Set(reflect.New(v.Type().Elem()))
			x.fill(v.Elem(), ours, depth+1)
		}
	case reflect.Slice:
		x.fillSlice(v, depth)
	case reflect.Map:
		x.fillMap(v, depth)
	case reflect.Struct:
		x.fillStruct(v, depth)
		x.mend(v.Addr().Interface())
	}
}

// mend gives a value what it never lacks.
func (x *extremes) mend(v any) {
	switch v := v.(type) {
	case *proposal:
		if v.RecommendedAction == nil {
			v.RecommendedAction = new(x.text())
		}
	case *engine.Incident:
		if v.FlappingSince != nil {
			v.FlappedAt = new(v.FlappingSince.Add(time.Minute))
		}
	}
}

func (x *extremes) fillSlice(v reflect.Value, depth int) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return // JSON of ours
	}
	n := pick(x, 0, 1, 3, 12)
	if depth < 2 {
		n = pick(x, 0, 1, 3, 100)
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		x.fill(v.Index(i), "", depth+1)
	}
}

func (x *extremes) fillMap(v reflect.Value, depth int) {
	v.Set(reflect.MakeMap(v.Type()))
	for range pick(x, 0, 1, 12) {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		x.fill(key, "", depth+1)
		x.fill(value, "", depth+1)
		v.SetMapIndex(key, value)
	}
}

// fillStruct also fills what is not exported: what our own messages are made of.
func (x *extremes) fillStruct(v reflect.Value, depth int) {
	for n := range v.NumField() {
		field := v.Field(n)
		if !field.CanSet() {
			field = reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()
		}
		about := v.Type().Field(n)
		if about.Anonymous && field.Kind() == reflect.Pointer {
			field.Set(reflect.New(field.Type().Elem()))
			field = field.Elem()
		}
		x.fill(field, ours(v.Type(), about.Name), depth+1)
	}
}

func (x *extremes) word(kind reflect.Type, ours string) string {
	known := x.enums[kind.Name()]
	switch {
	case ours != "":
		return ours
	case len(known) > 0 && (strings.HasSuffix(kind.Name(), "Status") || x.rng.IntN(8) > 0): // a state is always one of ours
		return pick(x, known...)
	}
	return x.text()
}

func (x *extremes) text() string {
	if x.rng.IntN(8) == 0 {
		return ""
	}
	return pick(x, x.texts...)
}

func pick[T any](x *extremes, of ...T) T { return of[x.rng.IntN(len(of))] }

func TestExtremesFillWhatCannotBeSeen(t *testing.T) {
	x := &extremes{rng: rand.New(rand.NewPCG(1, 1)), texts: []string{"hostile"}, enums: map[string][]string{"Severity": {"critical"}}}
	var seen []string
	for range 50 {
		var a advice
		x.fill(reflect.ValueOf(&a).Elem(), "", 0)
		seen = append(seen, fmt.Sprintf("%s %v %v %d", a.Symptom, a.live != nil, a.before != nil, len(a.alerts)))
	}
	for _, want := range []string{"hostile true true 100", "hostile true false", " false true"} {
		if !slices.ContainsFunc(seen, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("no advice like %q among %q", want, seen)
		}
	}
}
