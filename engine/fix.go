package engine

import "strings"

// agreement counts the incidents of the same type, and those of them with the
// same fix, the incident itself included.
func (l *library) agreement(i *Incident) (neighbours, agreeing int) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	r := l.types[i.ErrorType]
	if i.ErrorType == "" || r == nil {
		return 1, 1
	}
	return r.incidents, r.worked[actionKey(i.Resolution)]
}

// actionKey is an action without its numbers, letter case and punctuation: those
// don't make another fix.
func actionKey(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r < 'a' || r > 'z' }), " ")
}

// fixRecord says how often the incident's fix was tried for this type of error,
// and how often it worked.
func (l *library) fixRecord(i *Incident) *FixRecord {
	fix := &FixRecord{Cost: i.Cost, Undo: i.Undo, CheckFirst: i.CheckFirst, Took: i.TimeToMitigate}
	fix.Tried, fix.Worked = 1, 1
	l.mu.RLock()
	defer l.mu.RUnlock()
	if r := l.types[i.ErrorType]; i.ErrorType != "" && r != nil {
		key := actionKey(i.Resolution)
		fix.Worked = r.worked[key]
		fix.Tried = fix.Worked + r.failed[key]
	}
	return fix
}
