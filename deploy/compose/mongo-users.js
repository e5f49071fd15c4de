// One database and one user per service: a service cannot read another's data. Run once, by MongoDB's image, while
// the data folder is new. dbAdmin lets a service make its own collections, indexes and validators.
const fs = require("fs")

for (const service of ["registry", "matching", "events", "notifications"]) {
  db.getSiblingDB(service).createUser({
    user: service,
    pwd: fs.readFileSync(`/keys/${service}_password`, "utf8"),
    roles: [{ role: "readWrite", db: service }, { role: "dbAdmin", db: service }],
  })
}
