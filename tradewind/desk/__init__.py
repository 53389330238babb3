"""The desk: every noun that people see and every verb they can do, described once; the faces only draw it."""
