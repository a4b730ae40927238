/** 256 words that differ by ear and eye: one for each value of a byte. Their order never changes. */
export const wordList: readonly string[] = `
acorn actor album alley amber anchor angel ankle apple april apron arena arrow atlas aunt autumn
badge bagel bakery balcony ball bamboo banana banjo barn basket beach beard beetle bell bench berry
bicycle birch biscuit bison blanket blossom boat bonfire book bottle branch bread brick bridge broom bubble
bucket butter button cabin cactus cake camel candle canoe canvas captain caramel carpet carrot castle cave
cedar cello cherry chess circus clay cliff clock cloud clover cobalt coconut coffee comet compass copper
coral cotton crab cradle crane crayon cricket crystal cup curtain cushion daisy dancer desert diamond dinner
doctor dolphin donkey dragon drum eagle earth echo eclipse elbow ember engine evening falcon family farmer
feather fence ferry fiddle field finger flute forest fossil fountain fox galaxy garden garlic ginger giraffe
glacier glove goose granite grape guitar hammer harbor harp hazel hedge helmet heron hill honey horizon
horse hotel iceberg igloo indigo insect island ivory jacket jaguar jasmine jelly jewel jungle kayak kettle
kitchen kite kiwi koala ladder lagoon lake lantern lemon leopard letter lilac lily lion lizard lobster
magnet mango maple marble market meadow melon mirror moon mosaic mountain museum mustard napkin needle nest
noodle nutmeg oasis ocean olive onion orange orbit orchid otter owl oyster paddle palace panda paper
parrot peach pearl pebble pencil pepper piano pigeon pillow pirate planet pocket poem potato prairie puzzle
pyramid quartz quilt rabbit radio rainbow raven ribbon river robin rocket saddle saffron salmon sandal satin
school shadow silver spider sunset teapot thunder tiger tulip turtle umbrella valley violin walnut willow zebra
`
  .trim()
  .split(/\s+/);
