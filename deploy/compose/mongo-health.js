// Healthy once it takes writes. The first run after the users were made initialises the replica set.
const fs = require("fs")

db.getSiblingDB("admin").auth("root", fs.readFileSync("/keys/root_password", "utf8"))
try {
  rs.status()
} catch (error) {
  if (error.codeName !== "NotYetInitialized") throw error
  rs.initiate({ _id: "worldcities", members: [{ _id: 0, host: "mongo:27017" }] })
}
quit(db.hello().isWritablePrimary ? 0 : 1)
