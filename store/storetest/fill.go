package storetest

import (
	"encoding/json"
	"reflect"
	"strconv"
	"time"
)

// filler gives every field of a value something of its own, so that one which a
// store forgets is missed.
type filler struct {
	n    int
	text func(n int) string
}

func (f *filler) fill(v any) { f.value(reflect.ValueOf(v).Elem()) }

func (f *filler) value(v reflect.Value) {
	f.n++
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		// Nanoseconds and another zone, neither of which is kept.
		*p = t0().Add(time.Duration(f.n) * 1_234_567_891).In(time.FixedZone("far", 5*3600))
		return
	case *json.RawMessage:
		b, _ := json.Marshal(map[string]string{"said": f.text(f.n)})
		*p = b
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.text(f.n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Float64:
		v.SetFloat(float64(f.n) + 0.1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.value(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.value(v.Index(0))
		f.value(v.Index(1))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			v.SetMapIndex(reflect.ValueOf(f.text(f.n)), reflect.ValueOf(f.text(f.n+1)))
			f.n += 2
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				f.value(v.Field(i))
			}
		}
	default:
		panic("a kind of field that filler does not know: " + v.Kind().String())
	}
}

// filled returns a value of which every field is set, with n in its texts.
func filled[T any](n int) T {
	var v T
	f := filler{n: 1000 * n, text: func(n int) string { return "text " + strconv.Itoa(n) }}
	f.fill(&v)
	return v
}

// kept is v as a store gives it back: times in UTC and to the microsecond.
func kept[T any](v T) T {
	eachTime(reflect.ValueOf(&v).Elem(), func(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) })
	return v
}

func eachTime(v reflect.Value, f func(time.Time) time.Time) {
	if v.CanAddr() {
		if p, ok := v.Addr().Interface().(*time.Time); ok {
			*p = f(*p)
			return
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c := reflect.New(v.Type().Elem())
			c.Elem().Set(v.Elem())
			eachTime(c.Elem(), f)
			v.Set(c)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachTime(v.Index(i), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				eachTime(v.Field(i), f)
			}
		}
	}
}
